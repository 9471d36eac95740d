"""Well-known networks, untrained: one family a file, one builder a network.

`docs/zoo.md` is the table of all of them.
"""

from fastcnn.models.zoo.convnext import convnext_tiny as convnext_tiny
from fastcnn.models.zoo.densenet import densenet as densenet
from fastcnn.models.zoo.densenet import densenet_cifar as densenet_cifar
from fastcnn.models.zoo.efficientnet_lite import efficientnet_lite as efficientnet_lite
from fastcnn.models.zoo.lenet import lenet5 as lenet5
from fastcnn.models.zoo.mobilenet_v1 import mobilenet_v1 as mobilenet_v1
from fastcnn.models.zoo.mobilenet_v2 import mobilenet_v2 as mobilenet_v2
from fastcnn.models.zoo.resnet import resnet as resnet
from fastcnn.models.zoo.resnet_cifar import resnet_cifar as resnet_cifar
from fastcnn.models.zoo.squeezenet import squeezenet as squeezenet
from fastcnn.models.zoo.vgg import vgg as vgg
from fastcnn.models.zoo.vgg import vgg_cifar as vgg_cifar
